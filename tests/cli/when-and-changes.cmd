$VMATLAS -b -R $FIXTURES/recordings/changes.rec -r changes --when 'swap>0 => exit'
