package agenda

// Keep is keep, for tests that need many windows.
var Keep = keep
