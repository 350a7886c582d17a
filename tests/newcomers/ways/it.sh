# Somebody who installs from one folder without a network, upgrades, and removes it without a trace.
python -m pip install --quiet --no-index --find-links first --no-deps xl_vqa
xl-vqa --version
xl-vqa score clips/ -o scores.csv -q
python -m pip install --quiet --no-index --find-links second --no-deps --upgrade xl_vqa
xl-vqa --version
xl-vqa score clips/ -o again.csv -q
xl-vqa forget --all --yes
python -m pip uninstall --quiet --yes xl_vqa
