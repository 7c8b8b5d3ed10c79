$VMATLAS -r fitness --below 4G -R $FIXTURES/recordings/nobody.rec
