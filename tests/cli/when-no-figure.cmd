$VMATLAS -b -R $FIXTURES/recordings/changes.rec --when 'rs>64'
