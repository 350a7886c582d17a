"""From a sheet that people have rated to a domain profile: ``xl-vqa calibrate``."""
