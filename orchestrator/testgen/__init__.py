"""Generate tests that prove themselves: look at a module, explore it in a child, keep what holds and adds something.

`explorer/` runs in the *target's* interpreter and uses nothing but the standard library and pytest; everything else
here runs in ours. Whatever is not proven is dropped and counted by reason.
"""
