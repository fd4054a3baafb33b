-- +goose Up
-- The stage of the window that a check belongs to, by its name; '' is the
-- whole window. The stages themselves stand in the window's document.
ALTER TABLE checks ADD COLUMN stage TEXT NOT NULL DEFAULT '';
