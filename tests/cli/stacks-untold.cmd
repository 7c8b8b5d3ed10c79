$VMATLAS -r stacks -R $FIXTURES/recordings/sample.rec
