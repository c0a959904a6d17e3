"""Images that excite a channel: how they are made, and those that are made beforehand."""
