$VMATLAS -r frames --pfn e-2f -R $FIXTURES/recordings/frames.rec
