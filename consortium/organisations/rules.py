"""What an organisation and a corporate group are."""

from enum import StrEnum


class ParentageRelation(StrEnum):
    """How one organisation belongs to another."""

    CONTROL = "CONTROL"
    ASSOCIATE = "ASSOCIATE"
    JOINT_VENTURE = "JOINT_VENTURE"
