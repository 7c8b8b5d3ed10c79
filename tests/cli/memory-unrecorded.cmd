$VMATLAS -r memory -R $FIXTURES/recordings/sample.rec
