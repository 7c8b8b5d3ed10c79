$VMATLAS -R $FIXTURES/recordings/frames.rec -r frames --filter 'state:anon,zone:Normal|name:code'
