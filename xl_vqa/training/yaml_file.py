"""A YAML file that a person wrote, or what is wrong with it in words of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xl_vqa.words.reasons import Problem, Reason, why_unread


class YamlFileError(Exception):
    """``problem`` says why; the caller's own error names the file. ``is_there``: whether it is a file at all."""

    def __init__(self, problem: Problem, *, is_there: bool = True) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.is_there = is_there


def read_yaml(path: Path) -> Any:
    """What the file holds. Raises YamlFileError."""
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise YamlFileError("problem_no_such_file", is_there=False) from error
    except UnicodeDecodeError as error:
        raise YamlFileError("problem_not_utf8") from error
    except OSError as error:
        raise YamlFileError(why_unread(error, path), is_there=not path.is_dir()) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlFileError(Reason("yaml_line", line=1 if mark is None else mark.line + 1)) from error
    except yaml.YAMLError as error:
        # a character that YAML does not allow
        raise YamlFileError("yaml_characters") from error
