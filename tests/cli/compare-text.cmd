"$VMATLAS" -R $FIXTURES/recordings/family.rec -r compare -f text -p 100 -p 101
