$VMATLAS -r swap -f csv -R $FIXTURES/recordings/frames.rec
