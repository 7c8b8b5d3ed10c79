"$VMATLAS" -R $FIXTURES/recordings/symbols.rec -r owners -p 42 --no-demangle
