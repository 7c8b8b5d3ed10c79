$VMATLAS -R $FIXTURES/recordings/sample.rec -R $FIXTURES/recordings/cow.rec -r changes
