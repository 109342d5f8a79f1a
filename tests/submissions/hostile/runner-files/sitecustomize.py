import builtins

builtins.SITE = True
