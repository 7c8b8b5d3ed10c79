$VMATLAS -r memory -n 2 -R $FIXTURES/recordings/memory.rec
