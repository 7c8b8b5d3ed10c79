$VMATLAS -r zones -R $FIXTURES/recordings/board.rec
