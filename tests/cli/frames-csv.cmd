$VMATLAS -r frames -f csv --pfn 1-20 -R $FIXTURES/recordings/frames.rec
