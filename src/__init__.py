"""alertlab: experiments and model training for survey astronomy."""

__version__ = "0.1.0"
