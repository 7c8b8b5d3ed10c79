"$VMATLAS" -R $FIXTURES/recordings/family.rec --file /bin/nobody
