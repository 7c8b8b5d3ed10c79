"$VMATLAS" -R $FIXTURES/recordings/functions.rec -r functions -p 42 -f csv --va 55551900 | cut -d, -f1-13
