$VMATLAS -r swap -R $FIXTURES/recordings/frames.rec
