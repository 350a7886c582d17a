"""Errors of scoring on a cluster.

XlVqaError
└── ClusterError                nothing can be scored there
    ├── ClusterAddressError     no cluster answers
    ├── ClusterNodeError        a machine of it that would score otherwise, or not at all
    └── ClusterVideoError       one video that no machine gave an answer for; the others go on
"""

from __future__ import annotations

from xl_vqa.words.errors import XlVqaError


class ClusterError(XlVqaError):
    code = "cluster_error"


class ClusterAddressError(ClusterError):
    code = "cluster_address"


class ClusterNodeError(ClusterError):
    code = "cluster_node"


class ClusterVideoError(ClusterError):
    code = "cluster_video"
