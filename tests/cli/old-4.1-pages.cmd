$VMATLAS -r pages -f csv -R $FIXTURES/recordings/linux-4.1.rec
