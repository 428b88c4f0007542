from .builder import build_lr_scheduler as build_lr_scheduler
from .builder import build_schedule as build_schedule
from .check.report import Report as Report
from .check.report import check_config as check_config
from .check.report import check_file as check_file
from .check.rules import explain as explain
from .errors import LRConfigError as LRConfigError
from .errors import LRConfigWarning as LRConfigWarning
from .find_rate.measured import RangeTest as RangeTest
from .finding import Finding as Finding
from .lr_config import LRConfig as LRConfig
from .lr_config import Run as Run
from .lr_config import Window as Window
from .lr_config import envelope as envelope
from .lr_config import kinds as kinds
from .lr_config import register_lr_config as register_lr_config
from .notebook import curve_table as curve_table
from .notebook import plot_schedule as plot_schedule
from .schedules import Schedule as Schedule
from .training.parameter_groups import parameter_groups as parameter_groups
from .training.range_test import lr_range_test as lr_range_test
from .training.scheduler_state import LoadedState as LoadedState
from .training.scheduler_state import load_lr_state as load_lr_state
from .training.steppers import MomentumStepper as MomentumStepper
from .training.steppers import WeightDecayStepper as WeightDecayStepper
from .training_config.momentum import build_momentum_schedule as build_momentum_schedule
from .training_config.plan import PlannedRun as PlannedRun
from .training_config.plan import plan_run as plan_run
from .training_config.run_flags import RunFlags as RunFlags
from .training_config.schema import config_schema as config_schema
from .training_config.schema import lr_schema as lr_schema
from .training_config.weight_decay import build_weight_decay_schedule as build_weight_decay_schedule

__version__: str
__all__: list[str]
