"""Errors on the way to a team's host: raised on either side, and read by people on both.

TeamError
├── TeamUnavailableError      it does not answer
├── TeamCertificateError      what answers does not show the certificate that it should
├── TeamTokenError            no token, or one that is not known, expired or revoked
├── TeamRoleError             the token's role is not enough
├── TeamLimitError            too much at once; ``retry_s`` says when to ask again, 0 never
├── TeamSetupError            what is to be set up on either side is wrong
TeamPathError                 one video: its path is not shared, or leads out of what is
TeamUploadError               one video: it cannot be sent
"""

from __future__ import annotations

from xl_vqa.words.errors import HostError, VideoError


class TeamError(HostError):
    """Something between a person's machine and the team's host."""

    code = "team_error"


class TeamUnavailableError(TeamError):
    code = "team_unavailable"


class TeamCertificateError(TeamError):
    code = "team_certificate"


class TeamTokenError(TeamError):
    code = "team_token"


class TeamRoleError(TeamError):
    code = "team_role"


class TeamLimitError(TeamError):
    """``retry_s``: seconds after which the same may be asked again; 0 where waiting does not help."""

    code = "team_limit"


class TeamSetupError(TeamError):
    code = "team_setup"


class TeamPathError(VideoError):
    """``path`` as the person's machine calls it; what the host calls it is never told."""

    code = "team_path"


class TeamUploadError(VideoError):
    code = "team_upload"
