$VMATLAS -r pages --filter zone:Normal -R $FIXTURES/recordings/unprivileged.rec
