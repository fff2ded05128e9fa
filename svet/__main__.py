from svet.config.cli import main

main()
