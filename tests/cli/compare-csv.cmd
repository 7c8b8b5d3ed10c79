"$VMATLAS" -R $FIXTURES/recordings/family.rec -r compare -f csv -p 100 -p 101
