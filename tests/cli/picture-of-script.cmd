printf "key 6\nwait\n" >keys; $VMATLAS -R $FIXTURES/recordings/memory.rec --size 80x10 --ascii --script keys --picture memory.txt; cat memory.txt
