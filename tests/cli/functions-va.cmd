"$VMATLAS" -R $FIXTURES/recordings/functions.rec -r functions -p 42 --va 55552000-5555b000 --no-demangle
