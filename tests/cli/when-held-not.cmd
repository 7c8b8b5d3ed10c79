$VMATLAS -b -R $FIXTURES/recordings/changes.rec -n 2 --when 'swap+>0 => exit'
