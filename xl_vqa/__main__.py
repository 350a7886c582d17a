"""``python -m xl_vqa`` is ``xl-vqa``: where the scripts of an environment are not on the path."""

from xl_vqa.cli.main import main

if __name__ == "__main__":
    main()
