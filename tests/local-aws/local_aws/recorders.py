"""Configuration recorders as on AWS where ministack is more generous: without a delivery channel none starts."""

from ministack.services import config

from local_aws import operations
from local_aws.operations import Parameters, Refused


def install() -> None:
    operations.check("config", {"StartConfigurationRecorder": _has_channel})


def _has_channel(parameters: Parameters) -> None:
    if parameters.get("ConfigurationRecorderName") in config._recorders and not config._delivery_channels:
        raise Refused("NoAvailableDeliveryChannelException", "Delivery channel is not available to start configuration recorder.")
