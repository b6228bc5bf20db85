from nco_research.study.basis import Basis, BasisKind, expect_basis, not_described, special_category
from nco_research.study.declaration import STUDY_FILE, Study

__all__ = ["STUDY_FILE", "Basis", "BasisKind", "Study", "expect_basis", "not_described", "special_category"]
