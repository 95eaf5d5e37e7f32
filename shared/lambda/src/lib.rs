//! What every function needs: run loop, configuration, failures, logs.
