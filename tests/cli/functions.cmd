"$VMATLAS" -R $FIXTURES/recordings/functions.rec -r functions -p 42 --no-demangle
