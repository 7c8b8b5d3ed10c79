$VMATLAS -r pages -n 100 -R $FIXTURES/recordings/cow.rec
