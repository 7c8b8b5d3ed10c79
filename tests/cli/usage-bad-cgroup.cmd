$VMATLAS -r processes --cgroup user.slice
