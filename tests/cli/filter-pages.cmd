$VMATLAS -R $FIXTURES/recordings/family.rec -r pages --filter 'state:cow|flags:ksm' 100
