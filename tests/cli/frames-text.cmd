$VMATLAS -r frames -R $FIXTURES/recordings/frames.rec
