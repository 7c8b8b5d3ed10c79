$VMATLAS -r memory -f csv -R $FIXTURES/recordings/memory.rec
