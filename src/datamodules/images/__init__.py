"""Images of any form as samples, decoded once."""
