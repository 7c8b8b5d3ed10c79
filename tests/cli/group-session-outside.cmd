$VMATLAS -r processes --session 0 -R $FIXTURES/recordings/sample.rec
