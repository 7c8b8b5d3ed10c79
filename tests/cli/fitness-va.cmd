$VMATLAS -r fitness --va 501ff000-50202fff -R $FIXTURES/recordings/sample.rec
