$VMATLAS -b -r zones -R fixtures/recordings/sample.rec -o no/such/folder
