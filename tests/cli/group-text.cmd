$VMATLAS -r processes --union 'l*' sample init -R $FIXTURES/recordings/sample.rec
