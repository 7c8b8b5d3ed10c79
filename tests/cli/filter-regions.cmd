$VMATLAS -R $FIXTURES/recordings/family.rec --filter 'state:cow-shared,name:stack|name:memfd' -r regions 100
