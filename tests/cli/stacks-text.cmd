$VMATLAS -r stacks -R $FIXTURES/recordings/stacks.rec
