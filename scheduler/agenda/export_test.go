package agenda

// Keep is keep, for tests that need many windows; PlaceWords is what Index does
// when much is pending.
var (
	Keep       = keep
	PlaceWords = placeWords
)
