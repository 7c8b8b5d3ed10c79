$VMATLAS -r zones -R - <$FIXTURES/recordings/sample.rec
