"""From a content to clips with a defect and a pseudo-MOS."""
