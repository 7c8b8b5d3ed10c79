setsid -w $VMATLAS -R fixtures/recordings/sample.rec
